ALTER TABLE `event_texts` ADD `facts` text;--> statement-breakpoint
ALTER TABLE `event_texts` ADD `more` text;