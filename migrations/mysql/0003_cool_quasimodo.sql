CREATE TABLE `subscribers` (
	`id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`email` varchar(254) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`email_key` varchar(320) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`name` varchar(200) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`search` varchar(700) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`subscribed` bigint NOT NULL,
	`subscribed_at` bigint,
	`waiting` bigint NOT NULL,
	`confirmation_sent_at` bigint,
	`created_at` bigint NOT NULL,
	`updated_at` bigint NOT NULL,
	CONSTRAINT `subscribers_id` PRIMARY KEY(`id`),
	CONSTRAINT `subscribers_email_key` UNIQUE(`email_key`)
);
--> statement-breakpoint
CREATE TABLE `suppressions` (
	`email_key` varchar(320) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`email` varchar(254) character set utf8mb4 collate utf8mb4_bin,
	`reason` varchar(16) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`source` varchar(64) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`since` bigint NOT NULL,
	`until` bigint,
	CONSTRAINT `suppressions_email_key` PRIMARY KEY(`email_key`)
);
--> statement-breakpoint
CREATE INDEX `subscribers_subscribed` ON `subscribers` (`subscribed`,`id`);