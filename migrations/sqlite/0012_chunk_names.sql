CREATE TABLE `chunk_names` (
	`campaign_id` text NOT NULL,
	`chunk` integer NOT NULL,
	`hashes` blob NOT NULL,
	PRIMARY KEY(`campaign_id`, `chunk`)
);
