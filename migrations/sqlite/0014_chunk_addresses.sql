DROP TABLE IF EXISTS `chunk_names`;
--> statement-breakpoint
CREATE TABLE `chunk_names` (
	`campaign_id` text NOT NULL,
	`chunk` integer NOT NULL,
	`addresses` blob NOT NULL,
	PRIMARY KEY(`campaign_id`, `chunk`)
);
