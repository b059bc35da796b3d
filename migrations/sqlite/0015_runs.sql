DROP INDEX `events_id`;--> statement-breakpoint
DROP INDEX `events_email`;--> statement-breakpoint
DROP INDEX `events_message`;--> statement-breakpoint
DROP INDEX `events_domain`;--> statement-breakpoint
ALTER TABLE `events` ADD `run` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `judging` text;--> statement-breakpoint
UPDATE `events` SET `judging` = `email` WHERE `kind` IN ('suppressed', 'unsuppressed');--> statement-breakpoint
CREATE INDEX `events_judging` ON `events` (`judging`,`epoch`,`seq`) WHERE "events"."judging" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `events_id` ON `events` (`run`,`id`);--> statement-breakpoint
CREATE INDEX `events_email` ON `events` (`run`,`email`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_message` ON `events` (`run`,`message_id`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_domain` ON `events` (`run`,`domain`,`epoch`,`seq`);
