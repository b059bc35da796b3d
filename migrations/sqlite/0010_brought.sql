ALTER TABLE `positions` ADD `first_brought` integer;
--> statement-breakpoint
ALTER TABLE `positions` ADD `last_brought` integer;
--> statement-breakpoint
ALTER TABLE `positions` ADD `by_hand` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
UPDATE `positions` SET
	`first_brought` = (SELECT `received_at` FROM `events` WHERE `email` IS NULL OR `email` <> 'sample@reader.invalid' ORDER BY `epoch`, `seq` LIMIT 1),
	`last_brought` = (SELECT `received_at` FROM `events` WHERE `email` IS NULL OR `email` <> 'sample@reader.invalid' ORDER BY `epoch` DESC, `seq` DESC LIMIT 1),
	`by_hand` = (SELECT count(*) FROM `events` WHERE `email` = 'sample@reader.invalid')
WHERE `name` = 'archive';
