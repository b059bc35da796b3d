CREATE TABLE `link_unsubscribes` (
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`chunk` int NOT NULL,
	`n` int NOT NULL,
	`at` bigint NOT NULL,
	CONSTRAINT `link_unsubscribes_campaign_id_chunk_n_pk` PRIMARY KEY(`campaign_id`,`chunk`,`n`)
);
--> statement-breakpoint
CREATE TABLE `message_links` (
	`message_id` varchar(128) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`chunk` int NOT NULL,
	`n` int NOT NULL,
	CONSTRAINT `message_links_message_id` PRIMARY KEY(`message_id`)
);
--> statement-breakpoint
CREATE TABLE `reaction_counts` (
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`fact` varchar(32) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`count` int NOT NULL,
	CONSTRAINT `reaction_counts_campaign_id_fact_pk` PRIMARY KEY(`campaign_id`,`fact`)
);
--> statement-breakpoint
CREATE TABLE `reactions` (
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`chunk` int NOT NULL,
	`n` int NOT NULL,
	`message_id` varchar(128) character set utf8mb4 collate utf8mb4_bin,
	`settled_at` bigint,
	`delivered_at` bigint,
	`opened_at` bigint,
	`clicked_at` bigint,
	`bounced_at` bigint,
	`soft_bounced_at` bigint,
	`complained_at` bigint,
	`unsubscribed_at` bigint,
	`rejected_at` bigint,
	`robot_opened_at` bigint,
	`robot_clicked_at` bigint,
	`heard` longtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `reactions_campaign_id_chunk_n_pk` PRIMARY KEY(`campaign_id`,`chunk`,`n`)
);
