package web

// storeRoutes are those of the store terminal.
func storeRoutes() []Route { return nil }
