-- Clips of one game are found by owner and game together: by the owner alone a planner reads the whole library for one game.
CREATE INDEX clips_by_owner_game ON clips (owner, game);
