CREATE TABLE `__new_event_counts` (
	`field` text DEFAULT '' NOT NULL,
	`value` text DEFAULT '' NOT NULL,
	`minute` integer NOT NULL,
	`kind` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`field`, `value`, `minute`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_event_counts`(`minute`, `kind`, `count`) SELECT `minute`, `kind`, `count` FROM `event_counts`;
--> statement-breakpoint
DROP TABLE `event_counts`;
--> statement-breakpoint
ALTER TABLE `__new_event_counts` RENAME TO `event_counts`;
--> statement-breakpoint
CREATE INDEX `event_counts_minute` ON `event_counts` (`minute`);
--> statement-breakpoint
INSERT INTO `event_counts` (`field`, `value`, `minute`, `kind`, `count`) SELECT 'campaignId', `campaign_id`, `received_at` - `received_at` % 60000, `kind`, count(*) FROM `events` WHERE `campaign_id` IS NOT NULL GROUP BY 1, 2, 3, 4;
--> statement-breakpoint
INSERT INTO `event_counts` (`field`, `value`, `minute`, `kind`, `count`) SELECT 'subaccount', `subaccount`, `received_at` - `received_at` % 60000, `kind`, count(*) FROM `events` WHERE `subaccount` IS NOT NULL GROUP BY 1, 2, 3, 4;
