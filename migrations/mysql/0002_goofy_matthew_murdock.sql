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
CREATE INDEX `campaigns_status` ON `campaigns` (`status`,`id`);--> statement-breakpoint
CREATE INDEX `chunks_due` ON `chunks` (`campaign_id`,`lane`,`due_at`);