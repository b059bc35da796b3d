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
