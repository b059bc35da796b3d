DROP TABLE IF EXISTS `chunk_names`;
--> statement-breakpoint
CREATE TABLE `chunk_names` (
	`campaign_id` varchar(36) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`chunk` int NOT NULL,
	`addresses` mediumblob NOT NULL,
	CONSTRAINT `chunk_names_campaign_id_chunk_pk` PRIMARY KEY(`campaign_id`,`chunk`)
);
