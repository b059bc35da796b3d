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
CREATE TABLE `campaigns` (
	`id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`status` varchar(16) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`status_reason` longtext character set utf8mb4 collate utf8mb4_bin,
	`transport` varchar(16) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`subject` longtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`content` longtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`text` longtext character set utf8mb4 collate utf8mb4_bin,
	`preheader` longtext character set utf8mb4 collate utf8mb4_bin,
	`reply_to` longtext character set utf8mb4 collate utf8mb4_bin,
	`tag` longtext character set utf8mb4 collate utf8mb4_bin,
	`created_at` bigint NOT NULL,
	`send_at` bigint,
	`started_at` bigint,
	`finished_at` bigint,
	`expanded` int NOT NULL,
	`expanded_to` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`next_chunk` int NOT NULL,
	`idempotency_key` varchar(255) character set utf8mb4 collate utf8mb4_bin,
	`fingerprint` varchar(64) character set utf8mb4 collate utf8mb4_bin,
	CONSTRAINT `campaigns_id` PRIMARY KEY(`id`),
	CONSTRAINT `campaigns_idempotency_key` UNIQUE(`idempotency_key`)
);
--> statement-breakpoint
CREATE TABLE `chunks` (
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`number` int NOT NULL,
	`lane` varchar(64) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`due_at` bigint,
	`version` int NOT NULL,
	`queued` int NOT NULL,
	`sent` int NOT NULL,
	`deferred` int NOT NULL,
	`failed` int NOT NULL,
	`skipped` int NOT NULL,
	`cancelled` int NOT NULL,
	`first_reader` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`last_reader` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `chunks_campaign_id_number_pk` PRIMARY KEY(`campaign_id`,`number`)
);
--> statement-breakpoint
CREATE TABLE `deliveries` (
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`chunk` int NOT NULL,
	`n` int NOT NULL,
	`subscriber_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`email` varchar(320) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`status` varchar(16) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`attempts` int NOT NULL,
	`earlier_attempts` int NOT NULL,
	`due_at` bigint NOT NULL,
	`reason` varchar(1000) character set utf8mb4 collate utf8mb4_bin,
	`updated_at` bigint NOT NULL,
	CONSTRAINT `deliveries_campaign_id_chunk_n_pk` PRIMARY KEY(`campaign_id`,`chunk`,`n`)
);
--> statement-breakpoint
CREATE INDEX `event_tags_tag` ON `event_tags` (`tag`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_kind` ON `events` (`kind`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_email` ON `events` (`email`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_message` ON `events` (`message_id`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_campaign` ON `events` (`campaign_id`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_received` ON `events` (`received_at`);--> statement-breakpoint
CREATE INDEX `quarantine_received` ON `quarantine` (`received_at`,`id`);--> statement-breakpoint
CREATE INDEX `subscribers_subscribed` ON `subscribers` (`subscribed`,`id`);--> statement-breakpoint
CREATE INDEX `campaigns_status` ON `campaigns` (`status`,`id`);--> statement-breakpoint
CREATE INDEX `chunks_due` ON `chunks` (`campaign_id`,`lane`,`due_at`);