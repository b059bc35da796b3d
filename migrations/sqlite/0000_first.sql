CREATE TABLE `event_counts` (
	`minute` integer NOT NULL,
	`kind` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`minute`, `kind`)
);
--> statement-breakpoint
CREATE TABLE `event_tags` (
	`tag` text NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`epoch`, `seq`, `tag`)
);
--> statement-breakpoint
CREATE INDEX `event_tags_tag` ON `event_tags` (`tag`,`epoch`,`seq`);--> statement-breakpoint
CREATE TABLE `event_texts` (
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL,
	`part` integer NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`epoch`, `seq`, `part`)
);
--> statement-breakpoint
CREATE TABLE `events` (
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL,
	`id` blob NOT NULL,
	`kind` text NOT NULL,
	`received_at` integer NOT NULL,
	`occurred_at` integer,
	`message_id` text,
	`email` text,
	`campaign_id` text,
	PRIMARY KEY(`epoch`, `seq`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `events_id` ON `events` (`id`);--> statement-breakpoint
CREATE INDEX `events_kind` ON `events` (`kind`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_email` ON `events` (`email`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_message` ON `events` (`message_id`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_campaign` ON `events` (`campaign_id`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_received` ON `events` (`received_at`);--> statement-breakpoint
CREATE TABLE `leases` (
	`name` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`until_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `positions` (
	`name` text PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `quarantine` (
	`id` text PRIMARY KEY NOT NULL,
	`received_at` integer NOT NULL,
	`reason` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `quarantine_received` ON `quarantine` (`received_at`,`id`);--> statement-breakpoint
CREATE TABLE `quarantine_texts` (
	`id` text NOT NULL,
	`part` integer NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`id`, `part`)
);
