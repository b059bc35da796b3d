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
