package web

// jobRoutes are those of jobs.
func jobRoutes() []Route { return nil }
