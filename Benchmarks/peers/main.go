// The Echo of the benchmarks on Go's net/http and encoding/json: main PORT.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

type health struct {
	Status  string  `json:"status"`
	PID     int     `json:"pid"`
	Name    string  `json:"name"`
	Version string  `json:"version"`
	State   string  `json:"state"`
	Uptime  float64 `json:"uptime_seconds"`
	Running int     `json:"calls_running"`
	Queued  int     `json:"calls_queued"`
}

type call struct {
	Args   []any          `json:"args"`
	Kwargs map[string]any `json:"kwargs"`
}

func reply(w http.ResponseWriter, answer any) {
	text, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}

func main() {
	http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		reply(w, health{"running", 12345, "Echo", "1.0", "ready", 10, 0, 0})
	})
	http.HandleFunc("/execute", func(w http.ResponseWriter, r *http.Request) {
		var body call
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		if ms, ok := body.Kwargs["ms"].(float64); ok {
			for end := time.Now().Add(time.Duration(ms) * time.Millisecond); time.Now().Before(end); {
			}
		}
		reply(w, body)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
