CREATE TABLE `link_unsubscribes` (
	`campaign_id` text NOT NULL,
	`chunk` integer NOT NULL,
	`n` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`campaign_id`, `chunk`, `n`)
);
--> statement-breakpoint
CREATE TABLE `message_links` (
	`message_id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`chunk` integer NOT NULL,
	`n` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `reaction_counts` (
	`campaign_id` text NOT NULL,
	`fact` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`campaign_id`, `fact`)
);
--> statement-breakpoint
CREATE TABLE `reactions` (
	`campaign_id` text NOT NULL,
	`chunk` integer NOT NULL,
	`n` integer NOT NULL,
	`message_id` text,
	`settled_at` integer,
	`delivered_at` integer,
	`opened_at` integer,
	`clicked_at` integer,
	`bounced_at` integer,
	`soft_bounced_at` integer,
	`complained_at` integer,
	`unsubscribed_at` integer,
	`rejected_at` integer,
	`robot_opened_at` integer,
	`robot_clicked_at` integer,
	`heard` text NOT NULL,
	PRIMARY KEY(`campaign_id`, `chunk`, `n`)
);
