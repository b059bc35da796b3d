ALTER TABLE `event_counts`
	ADD `field` varchar(16) character set utf8mb4 collate utf8mb4_bin DEFAULT '' NOT NULL FIRST,
	ADD `value` varchar(128) character set utf8mb4 collate utf8mb4_bin DEFAULT '' NOT NULL AFTER `field`,
	DROP PRIMARY KEY,
	ADD PRIMARY KEY(`field`,`value`,`minute`,`kind`),
	ADD INDEX `event_counts_minute` (`minute`);
--> statement-breakpoint
INSERT INTO `event_counts` (`field`, `value`, `minute`, `kind`, `count`) SELECT 'campaignId', `campaign_id`, `received_at` - `received_at` % 60000, `kind`, count(*) FROM `events` WHERE `campaign_id` IS NOT NULL GROUP BY 1, 2, 3, 4;
--> statement-breakpoint
INSERT INTO `event_counts` (`field`, `value`, `minute`, `kind`, `count`) SELECT 'subaccount', `subaccount`, `received_at` - `received_at` % 60000, `kind`, count(*) FROM `events` WHERE `subaccount` IS NOT NULL GROUP BY 1, 2, 3, 4;
