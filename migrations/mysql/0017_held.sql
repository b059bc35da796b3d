ALTER TABLE `suppressions` ADD `subscriber` binary(16);--> statement-breakpoint
ALTER TABLE `suppressions` ADD `subscribed` int;--> statement-breakpoint
CREATE INDEX `suppressions_subscriber` ON `suppressions` (`subscriber`,`subscribed`,`reason`,`until`);
--> statement-breakpoint
UPDATE `suppressions` SET `subscriber` = (SELECT unhex(replace(`id`, '-', '')) FROM `subscribers` WHERE `subscribers`.`email_key` = `suppressions`.`email_key`), `subscribed` = (SELECT `subscribers`.`subscribed` FROM `subscribers` WHERE `subscribers`.`email_key` = `suppressions`.`email_key`);
