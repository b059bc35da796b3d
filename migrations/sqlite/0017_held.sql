ALTER TABLE `suppressions` ADD `subscriber` blob;--> statement-breakpoint
ALTER TABLE `suppressions` ADD `subscribed` integer;--> statement-breakpoint
CREATE INDEX `suppressions_subscriber` ON `suppressions` (`subscriber`,`subscribed`,`reason`,`until`) WHERE "suppressions"."subscriber" is not null;
--> statement-breakpoint
UPDATE `suppressions` SET `subscriber` = (SELECT unhex(replace(`id`, '-', '')) FROM `subscribers` WHERE `subscribers`.`email_key` = `suppressions`.`email_key`), `subscribed` = (SELECT `subscribers`.`subscribed` FROM `subscribers` WHERE `subscribers`.`email_key` = `suppressions`.`email_key`);
