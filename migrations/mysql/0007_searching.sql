CREATE TABLE `event_spans` (
	`step` bigint NOT NULL,
	`start` bigint NOT NULL,
	`first_epoch` bigint NOT NULL,
	`first_seq` bigint NOT NULL,
	`last_epoch` bigint NOT NULL,
	`last_seq` bigint NOT NULL,
	CONSTRAINT `event_spans_step_start_pk` PRIMARY KEY(`step`,`start`)
);
--> statement-breakpoint
CREATE TABLE `subject_words` (
	`subject` bigint NOT NULL,
	`word` varchar(32) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `subject_words_subject_word_pk` PRIMARY KEY(`subject`,`word`)
);
--> statement-breakpoint
DROP INDEX `events_received` ON `events`;--> statement-breakpoint
ALTER TABLE `events` ADD `domain` varchar(64) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `events` ADD `subject` bigint;--> statement-breakpoint
ALTER TABLE `events` ADD `subaccount` varchar(128) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `events` ADD `link` varchar(8) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
CREATE INDEX `subject_words_word` ON `subject_words` (`word`,`subject`);--> statement-breakpoint
CREATE INDEX `events_domain` ON `events` (`domain`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_subject` ON `events` (`subject`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_subaccount` ON `events` (`subaccount`,`epoch`,`seq`);--> statement-breakpoint
CREATE INDEX `events_link` ON `events` (`link`,`epoch`,`seq`);--> statement-breakpoint
INSERT INTO event_spans SELECT 60000, received_at - received_at % 60000 AS stretch, min(epoch), min(seq), max(epoch), max(seq) FROM events GROUP BY stretch;--> statement-breakpoint
INSERT INTO event_spans SELECT 86400000, received_at - received_at % 86400000 AS stretch, min(epoch), min(seq), max(epoch), max(seq) FROM events GROUP BY stretch;