CREATE TABLE `liftings` (
	`email_key` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tallies` (
	`name` text PRIMARY KEY NOT NULL,
	`since` integer NOT NULL,
	`gone` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO tallies (name, since, gone) SELECT 'events', coalesce(min(`minute`), unixepoch() * 1000), 0 FROM event_counts;
