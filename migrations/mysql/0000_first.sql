CREATE TABLE `event_counts` (
	`minute` bigint NOT NULL,
	`kind` varchar(16) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`count` bigint NOT NULL,
	CONSTRAINT `event_counts_minute_kind_pk` PRIMARY KEY(`minute`,`kind`)
);
--> statement-breakpoint
CREATE TABLE `event_tags` (
	`tag` varchar(128) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`epoch` bigint NOT NULL,
	`seq` bigint NOT NULL,
	CONSTRAINT `event_tags_epoch_seq_tag_pk` PRIMARY KEY(`epoch`,`seq`,`tag`)
);
--> statement-breakpoint
CREATE TABLE `event_texts` (
	`epoch` bigint NOT NULL,
	`seq` bigint NOT NULL,
	`part` bigint NOT NULL,
	`text` longtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `event_texts_epoch_seq_part_pk` PRIMARY KEY(`epoch`,`seq`,`part`)
);
--> statement-breakpoint
CREATE TABLE `events` (
	`epoch` bigint NOT NULL,
	`seq` bigint NOT NULL,
	`id` binary(16) NOT NULL,
	`kind` varchar(16) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`received_at` bigint NOT NULL,
	`occurred_at` bigint,
	`message_id` varchar(128) character set utf8mb4 collate utf8mb4_bin,
	`email` varchar(320) character set utf8mb4 collate utf8mb4_bin,
	`campaign_id` varchar(128) character set utf8mb4 collate utf8mb4_bin,
	CONSTRAINT `events_epoch_seq_pk` PRIMARY KEY(`epoch`,`seq`),
	CONSTRAINT `events_id` UNIQUE(`id`)
);
--> statement-breakpoint
CREATE TABLE `leases` (
	`name` varchar(64) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`owner` varchar(128) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`until_ms` bigint NOT NULL,
	CONSTRAINT `leases_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
CREATE TABLE `positions` (
	`name` varchar(64) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`epoch` bigint NOT NULL,
	`seq` bigint NOT NULL,
	CONSTRAINT `positions_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
CREATE TABLE `quarantine` (
	`id` varchar(64) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`received_at` bigint NOT NULL,
	`reason` longtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `quarantine_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `quarantine_texts` (
	`id` varchar(64) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`part` bigint NOT NULL,
	`text` longtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `quarantine_texts_id_part_pk` PRIMARY KEY(`id`,`part`)
);
--> statement-breakpoint
CREATE INDEX `event_tags_tag` ON `event_tags` (`tag`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_kind` ON `events` (`kind`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_email` ON `events` (`email`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_message` ON `events` (`message_id`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_campaign` ON `events` (`campaign_id`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_received` ON `events` (`received_at`);--> statement-breakpoint
CREATE INDEX `quarantine_received` ON `quarantine` (`received_at`,`id`);