package web

// ruleRoutes are those of rules, stop regions and the black list.
func ruleRoutes() []Route { return nil }
