CREATE TABLE `startless` (
	`after` text PRIMARY KEY NOT NULL,
	`until` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `subscriber_starts` (
	`text` text NOT NULL,
	`id` blob NOT NULL,
	`shared` integer NOT NULL,
	PRIMARY KEY(`text`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `subscriber_starts_id` ON `subscriber_starts` (`id`);--> statement-breakpoint
ALTER TABLE `subscribers` DROP COLUMN `search`;--> statement-breakpoint
INSERT INTO `startless` SELECT '', max(`id`) FROM `subscribers` HAVING max(`id`) IS NOT NULL;
--> statement-breakpoint
INSERT INTO `subscriber_starts` SELECT '', unhex(replace(`id`, '-', '')), 0 FROM `subscribers` WHERE instr(unhex(hex(`email`)), unhex('40')) > instr(`email`, '@');
