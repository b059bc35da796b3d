CREATE TABLE `link_counts` (
	`campaign_id` text NOT NULL,
	`link` text NOT NULL,
	`fact` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`campaign_id`, `link`, `fact`)
);
--> statement-breakpoint
CREATE TABLE `reaction_places` (
	`campaign_id` text NOT NULL,
	`fact` text NOT NULL,
	`chunk` integer NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`campaign_id`, `fact`, `chunk`, `n`)
);
--> statement-breakpoint
ALTER TABLE `chunks` ADD `reasons` text;--> statement-breakpoint
CREATE INDEX `chunks_readers` ON `chunks` (`campaign_id`,`last_reader`);
--> statement-breakpoint
INSERT INTO `reaction_places` SELECT `campaign_id`, 'clicked', `chunk`, `n` FROM `reactions` WHERE `clicked_at` IS NOT NULL;
--> statement-breakpoint
INSERT INTO `reaction_places` SELECT `campaign_id`, 'bounced', `chunk`, `n` FROM `reactions` WHERE `bounced_at` IS NOT NULL;
--> statement-breakpoint
INSERT INTO `reaction_places` SELECT `campaign_id`, 'complained', `chunk`, `n` FROM `reactions` WHERE `complained_at` IS NOT NULL;
--> statement-breakpoint
INSERT INTO `reaction_places` SELECT `campaign_id`, 'unsubscribed', `chunk`, `n` FROM `reactions` WHERE `unsubscribed_at` IS NOT NULL UNION SELECT `campaign_id`, 'unsubscribed', `chunk`, `n` FROM `link_unsubscribes`;