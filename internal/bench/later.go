package bench

import "context"

func (r *run) http(ctx context.Context) error  { return nil }
func (r *run) nodes(ctx context.Context) error { return nil }
