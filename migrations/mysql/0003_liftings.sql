CREATE TABLE `liftings` (
	`email_key` varchar(320) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`at` bigint NOT NULL,
	CONSTRAINT `liftings_email_key` PRIMARY KEY(`email_key`)
);
--> statement-breakpoint
CREATE TABLE `tallies` (
	`name` varchar(64) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`since` bigint NOT NULL,
	`gone` bigint NOT NULL,
	CONSTRAINT `tallies_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
INSERT INTO tallies (name, since, gone) SELECT 'events', coalesce(min(`minute`), UNIX_TIMESTAMP() * 1000), 0 FROM event_counts;
