CREATE TABLE `event_blocks` (
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL,
	`version` integer NOT NULL,
	`data` blob NOT NULL,
	PRIMARY KEY(`epoch`, `seq`)
);
--> statement-breakpoint
ALTER TABLE `events` ADD `block` integer;