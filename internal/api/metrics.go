package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
)

// metrics are the door's own figures and those of the lanes, in a registry of this
// API alone. Labels hold routes and states, never what somebody sent.
type metrics struct {
	registry *prometheus.Registry
	orders   *prometheus.CounterVec
	batches  prometheus.Histogram
	requests *prometheus.HistogramVec
}

func newMetrics(d *db.DB, waiting func() int) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		orders: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "baihuo_orders_total",
			Help: "Orders that came in over HTTP, by what became of them."}, []string{"status"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "baihuo_batch_orders",
			Help: "Orders in one transaction of the collector.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128, 256,
				512}}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "baihuo_http_request_seconds",
			Help:    "Time of a request from its header to the end of its answer.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5}}, []string{"route", "status"}),
	}
	counter := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(value()) })
	}
	s := d.Stats()
	m.registry.MustRegister(m.orders, m.batches, m.requests,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "baihuo_queue_requests",
			Help: "Requests that wait for their batch."},
			func() float64 { return float64(waiting()) }),
		counter("baihuo_commits_total", "Transactions made durable.", s.Commits.Load),
		counter("baihuo_functions_total", "Written functions that those carried.", s.Functions.Load),
		counter("baihuo_rows_written_total", "Rows written.", s.Rows.Load),
		counter("baihuo_write_retries_total", "Functions run again after a clash.", s.Retries.Load))
	for _, status := range statuses {
		m.orders.WithLabelValues(status) // shown as 0 before the first
	}
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) batch(outcomes []fault.Outcome[flow.Accepted]) {
	m.batches.Observe(float64(len(outcomes)))
	for _, o := range outcomes {
		m.orders.WithLabelValues(statusWord(o)).Inc()
	}
}

func (m *metrics) request(route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}
