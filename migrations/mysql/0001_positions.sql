INSERT INTO positions (name, epoch, seq) VALUES ('archive', 0, 0);
