package web

// stockRoutes are those of stock.
func stockRoutes() []Route { return nil }
