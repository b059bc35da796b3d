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
--> statement-breakpoint
CREATE TABLE `subscribers` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`name` text NOT NULL,
	`search` text NOT NULL,
	`subscribed` integer NOT NULL,
	`subscribed_at` integer,
	`waiting` integer NOT NULL,
	`confirmation_sent_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `subscribers_email_key` ON `subscribers` (`email_key`);--> statement-breakpoint
CREATE INDEX `subscribers_subscribed` ON `subscribers` (`subscribed`,`id`);--> statement-breakpoint
CREATE TABLE `suppressions` (
	`email_key` text PRIMARY KEY NOT NULL,
	`email` text,
	`reason` text NOT NULL,
	`source` text NOT NULL,
	`since` integer NOT NULL,
	`until` integer
);
--> statement-breakpoint
CREATE TABLE `campaigns` (
	`id` text PRIMARY KEY NOT NULL,
	`status` text NOT NULL,
	`status_reason` text,
	`transport` text NOT NULL,
	`subject` text NOT NULL,
	`content` text NOT NULL,
	`text` text,
	`preheader` text,
	`reply_to` text,
	`tag` text,
	`created_at` integer NOT NULL,
	`send_at` integer,
	`started_at` integer,
	`finished_at` integer,
	`expanded` integer NOT NULL,
	`expanded_to` text NOT NULL,
	`next_chunk` integer NOT NULL,
	`idempotency_key` text,
	`fingerprint` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `campaigns_idempotency_key` ON `campaigns` (`idempotency_key`);--> statement-breakpoint
CREATE INDEX `campaigns_status` ON `campaigns` (`status`,`id`);--> statement-breakpoint
CREATE TABLE `chunks` (
	`campaign_id` text NOT NULL,
	`number` integer NOT NULL,
	`lane` text NOT NULL,
	`due_at` integer,
	`version` integer NOT NULL,
	`queued` integer NOT NULL,
	`sent` integer NOT NULL,
	`deferred` integer NOT NULL,
	`failed` integer NOT NULL,
	`skipped` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`first_reader` text NOT NULL,
	`last_reader` text NOT NULL,
	PRIMARY KEY(`campaign_id`, `number`)
);
--> statement-breakpoint
CREATE INDEX `chunks_due` ON `chunks` (`campaign_id`,`lane`,`due_at`);--> statement-breakpoint
CREATE TABLE `deliveries` (
	`campaign_id` text NOT NULL,
	`chunk` integer NOT NULL,
	`n` integer NOT NULL,
	`subscriber_id` text NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`earlier_attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	`reason` text,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`campaign_id`, `chunk`, `n`)
);
