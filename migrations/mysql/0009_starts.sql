CREATE TABLE `startless` (
	`after` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`until` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `startless_after` PRIMARY KEY(`after`)
);
--> statement-breakpoint
CREATE TABLE `subscriber_starts` (
	`text` varchar(64) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`id` binary(16) NOT NULL,
	`shared` bigint NOT NULL,
	CONSTRAINT `subscriber_starts_text_id_pk` PRIMARY KEY(`text`,`id`)
);
--> statement-breakpoint
CREATE INDEX `subscriber_starts_id` ON `subscriber_starts` (`id`);--> statement-breakpoint
ALTER TABLE `subscribers` DROP COLUMN `search`;--> statement-breakpoint
INSERT INTO `startless` SELECT '', max(`id`) FROM `subscribers` HAVING max(`id`) IS NOT NULL;
--> statement-breakpoint
INSERT INTO `subscriber_starts` SELECT '', unhex(replace(`id`, '-', '')), 0 FROM `subscribers` WHERE instr(unhex(hex(`email`)), unhex('40')) > instr(`email`, '@');
