CREATE TABLE `event_spans` (
	`step` integer NOT NULL,
	`start` integer NOT NULL,
	`first_epoch` integer NOT NULL,
	`first_seq` integer NOT NULL,
	`last_epoch` integer NOT NULL,
	`last_seq` integer NOT NULL,
	PRIMARY KEY(`step`, `start`)
);
--> statement-breakpoint
CREATE TABLE `subject_words` (
	`subject` integer NOT NULL,
	`word` text NOT NULL,
	PRIMARY KEY(`subject`, `word`)
);
--> statement-breakpoint
CREATE INDEX `subject_words_word` ON `subject_words` (`word`,`subject`);--> statement-breakpoint
DROP INDEX `events_received`;--> statement-breakpoint
ALTER TABLE `events` ADD `domain` text;--> statement-breakpoint
ALTER TABLE `events` ADD `subject` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `subaccount` text;--> statement-breakpoint
ALTER TABLE `events` ADD `link` text;--> statement-breakpoint
CREATE INDEX `events_domain` ON `events` (`domain`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_subject` ON `events` (`subject`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_subaccount` ON `events` (`subaccount`,`epoch`,`seq`) WHERE "events"."subaccount" is not null;--> statement-breakpoint
CREATE INDEX `events_link` ON `events` (`link`,`epoch`,`seq`) WHERE "events"."link" is not null;--> statement-breakpoint
INSERT INTO event_spans SELECT 60000, received_at - received_at % 60000 AS stretch, min(epoch), min(seq), max(epoch), max(seq) FROM events GROUP BY stretch;--> statement-breakpoint
INSERT INTO event_spans SELECT 86400000, received_at - received_at % 86400000 AS stretch, min(epoch), min(seq), max(epoch), max(seq) FROM events GROUP BY stretch;