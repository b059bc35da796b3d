CREATE TABLE `liftings` (
	`email_key` varchar(320) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`at` bigint NOT NULL,
	CONSTRAINT `liftings_email_key` PRIMARY KEY(`email_key`)
);
