CREATE TABLE `liftings` (
	`email_key` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
);
