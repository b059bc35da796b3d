ALTER TABLE `positions` ADD `counted_epoch` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `positions` ADD `counted_seq` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
UPDATE `positions` SET `counted_epoch` = `epoch`, `counted_seq` = `seq` WHERE `name` = 'archive';
