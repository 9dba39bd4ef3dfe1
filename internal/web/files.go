package web

// fileRoutes are those of imports and exports.
func fileRoutes() []Route { return nil }
