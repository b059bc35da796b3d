ALTER TABLE `positions` ADD `counted_epoch` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `positions` ADD `counted_seq` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
UPDATE `positions` SET `counted_epoch` = `epoch`, `counted_seq` = `seq` WHERE `name` = 'archive';
--> statement-breakpoint
-- Counted once more, now to a place that is known: a process of an older version may have archived beside the first time.
DELETE FROM `event_counts` WHERE `field` <> '';
--> statement-breakpoint
INSERT INTO `event_counts` (`field`, `value`, `minute`, `kind`, `count`) SELECT 'campaignId', `campaign_id`, `received_at` - `received_at` % 60000, `kind`, count(*) FROM `events` JOIN `positions` ON `positions`.`name` = 'archive' AND (`events`.`epoch` < `counted_epoch` OR (`events`.`epoch` = `counted_epoch` AND `events`.`seq` <= `counted_seq`)) WHERE `campaign_id` IS NOT NULL GROUP BY 1, 2, 3, 4;
--> statement-breakpoint
INSERT INTO `event_counts` (`field`, `value`, `minute`, `kind`, `count`) SELECT 'subaccount', `subaccount`, `received_at` - `received_at` % 60000, `kind`, count(*) FROM `events` JOIN `positions` ON `positions`.`name` = 'archive' AND (`events`.`epoch` < `counted_epoch` OR (`events`.`epoch` = `counted_epoch` AND `events`.`seq` <= `counted_seq`)) WHERE `subaccount` IS NOT NULL GROUP BY 1, 2, 3, 4;
