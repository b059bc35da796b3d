CREATE TABLE `event_blocks` (
	`epoch` bigint NOT NULL,
	`seq` bigint NOT NULL,
	`version` bigint NOT NULL,
	`data` mediumblob NOT NULL,
	CONSTRAINT `event_blocks_epoch_seq_pk` PRIMARY KEY(`epoch`,`seq`)
);
--> statement-breakpoint
ALTER TABLE `events` ADD `block` bigint;