-- What tells whether a reel is still what an export of it was made from: domain::plan::ExportPlan::sum. Empty for exports of
-- before.
ALTER TABLE exports ADD COLUMN plan_sum TEXT NOT NULL DEFAULT '';
