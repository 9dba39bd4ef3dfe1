package web

// productRoutes are those of SKUs.
func productRoutes() []Route { return nil }
