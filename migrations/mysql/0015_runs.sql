ALTER TABLE `events` ADD `run` int DEFAULT 0 NOT NULL, ADD `judging` varchar(320) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
UPDATE `events` SET `judging` = `email` WHERE `kind` IN ('suppressed', 'unsuppressed');--> statement-breakpoint
ALTER TABLE `events`
	DROP INDEX `events_id`, DROP INDEX `events_email`, DROP INDEX `events_message`, DROP INDEX `events_domain`,
	ADD UNIQUE INDEX `events_id` (`run`,`id`),
	ADD INDEX `events_email` (`run`,`email`,`epoch`,`seq`),
	ADD INDEX `events_judging` (`judging`,`epoch`,`seq`),
	ADD INDEX `events_message` (`run`,`message_id`,`epoch`,`seq`),
	ADD INDEX `events_domain` (`run`,`domain`,`epoch`,`seq`);
