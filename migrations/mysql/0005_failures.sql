CREATE TABLE `link_counts` (
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`link` varchar(16) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`fact` varchar(32) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`count` int NOT NULL,
	CONSTRAINT `link_counts_campaign_id_link_fact_pk` PRIMARY KEY(`campaign_id`,`link`,`fact`)
);
--> statement-breakpoint
CREATE TABLE `reaction_places` (
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`fact` varchar(32) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`chunk` int NOT NULL,
	`n` int NOT NULL,
	CONSTRAINT `reaction_places_campaign_id_fact_chunk_n_pk` PRIMARY KEY(`campaign_id`,`fact`,`chunk`,`n`)
);
--> statement-breakpoint
ALTER TABLE `chunks` ADD `reasons` longtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
CREATE INDEX `chunks_readers` ON `chunks` (`campaign_id`,`last_reader`);
--> statement-breakpoint
INSERT INTO `reaction_places` SELECT `campaign_id`, 'clicked', `chunk`, `n` FROM `reactions` WHERE `clicked_at` IS NOT NULL;
--> statement-breakpoint
INSERT INTO `reaction_places` SELECT `campaign_id`, 'bounced', `chunk`, `n` FROM `reactions` WHERE `bounced_at` IS NOT NULL;
--> statement-breakpoint
INSERT INTO `reaction_places` SELECT `campaign_id`, 'complained', `chunk`, `n` FROM `reactions` WHERE `complained_at` IS NOT NULL;
--> statement-breakpoint
INSERT INTO `reaction_places` SELECT `campaign_id`, 'unsubscribed', `chunk`, `n` FROM `reactions` WHERE `unsubscribed_at` IS NOT NULL UNION SELECT `campaign_id`, 'unsubscribed', `chunk`, `n` FROM `link_unsubscribes`;