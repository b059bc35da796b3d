CREATE TABLE `list_totals` (
	`name` varchar(16) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`part` int NOT NULL,
	`count` int NOT NULL,
	CONSTRAINT `list_totals_name_part_pk` PRIMARY KEY(`name`,`part`)
);

--> statement-breakpoint
INSERT INTO `list_totals` SELECT 'listed', 0, count(*) FROM `subscribers`;
--> statement-breakpoint
INSERT INTO `list_totals` SELECT 'subscribed', 0, count(*) FROM `subscribers` WHERE `subscribed` = 1;
