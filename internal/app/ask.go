package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baihuo/internal/cli"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
)

// A running hub leaves its address and its API key in the data folder, both
// readable by their owner alone, so that commands on the same machine can ask it.

func addressFile(c cli.Common) string { return filepath.Join(c.Data, "address") }

func keyFile(c cli.Common) string { return filepath.Join(c.Data, "api.key") }

var errAsk = fault.New(fault.Transient, "hub_silent", "运行中的服务没有回答:%s;请确认 --data 指向它的数据文件夹",
	"The running hub does not answer: %s; make sure that --data is its data folder")

// apiKey is the key that commands bear: the environment's, or the data folder's.
func apiKey(c cli.Common) (string, error) {
	if key := strings.TrimSpace(os.Getenv("BAIHUO_API_KEY")); key != "" {
		return key, nil
	}
	text, err := os.ReadFile(keyFile(c))
	if err != nil {
		return "", errAsk.With(err.Error()).Wrap(err)
	}
	return strings.TrimSpace(string(text)), nil
}

// ask calls a route of the running hub and reads its answer into v.
func ask(ctx context.Context, c cli.Common, path string, body, v any) error {
	address, err := os.ReadFile(addressFile(c))
	if err != nil {
		return errAsk.With(err.Error()).Wrap(err)
	}
	key, err := apiKey(c)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(body)
	if err != nil {
		return err
	}
	url := "http://" + strings.TrimSpace(string(address)) + path
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", fmt.Sprintf("cli-%d-%d", os.Getpid(), time.Now().UnixNano()))
	answer, err := (&http.Client{Timeout: 30 * time.Minute}).Do(r)
	if err != nil {
		return errAsk.With(err.Error()).Wrap(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return errAsk.With(err.Error()).Wrap(err)
	}
	if answer.StatusCode != http.StatusOK {
		return errAsk.With(fmt.Sprintf("%d %s", answer.StatusCode, text))
	}
	return json.Unmarshal(text, v)
}

func askCheck(ctx context.Context, c cli.Common) (report flow.Report, err error) {
	return report, ask(ctx, c, "/api/v1/check", struct{}{}, &report)
}

func askBackup(ctx context.Context, c cli.Common, file string) error {
	full, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	var done struct{}
	return ask(ctx, c, "/api/v1/backup", map[string]string{"file": full}, &done)
}
