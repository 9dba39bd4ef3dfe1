package intake

import (
	"baihuo/internal/catalog"
	"baihuo/internal/sheet"
)

func catalogColumns() sheet.Map { return catalog.Columns() }
