package web

// boardRoutes are those of dashboards.
func boardRoutes() []Route { return nil }
