CREATE TABLE `list_totals` (
	`name` text NOT NULL,
	`part` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`name`, `part`)
);

--> statement-breakpoint
INSERT INTO `list_totals` SELECT 'listed', 0, count(*) FROM `subscribers`;
--> statement-breakpoint
INSERT INTO `list_totals` SELECT 'subscribed', 0, count(*) FROM `subscribers` WHERE `subscribed` = 1;
