// The peer: the same waiting list as a flow of least cost, by LEMON's network simplex.
//
// usage: matching_lemon KIND PEOPLE MENTORS SEED
#include "instance.h"
#include <lemon/network_simplex.h>
#include <lemon/static_graph.h>
#include <memory>
#include <utility>
#include <vector>

using Graph = lemon::StaticDigraph;
using Simplex = lemon::NetworkSimplex<Graph, int, int64_t>;

// People, mentors, the end. Whoever gets no mentor goes straight to the end, which costs more than any exchange gains.
struct Network {
  Graph graph;
  std::unique_ptr<Graph::ArcMap<int>> capacity;
  std::unique_ptr<Graph::ArcMap<int64_t>> cost;
  int n_people, end;

  explicit Network(const instance &t) : n_people((int)t.n_people), end((int)(t.n_people + t.n_mentors)) {
    std::vector<std::pair<int, int>> arcs;
    arcs.reserve((size_t)t.n_pairs + t.n_people + t.n_mentors);
    for (uint32_t i = 0; i < t.n_people; i++) {
      for (uint32_t k = t.row[i]; k < t.row[i + 1]; k++)
        arcs.emplace_back((int)i, (int)(t.n_people + t.pairs[k].mentor));
      arcs.emplace_back((int)i, end);
    }
    for (uint32_t j = 0; j < t.n_mentors; j++) arcs.emplace_back((int)(t.n_people + j), end);
    graph.build(end + 1, arcs.begin(), arcs.end());
    capacity = std::make_unique<Graph::ArcMap<int>>(graph, 1);
    cost = std::make_unique<Graph::ArcMap<int64_t>>(graph, 0);
    int arc = 0;
    for (uint32_t i = 0; i < t.n_people; i++) {
      for (uint32_t k = t.row[i]; k < t.row[i + 1]; k++) (*cost)[graph.arc(arc++)] = -t.pairs[k].score;
      (*cost)[graph.arc(arc++)] = waiting(t);
    }
    for (uint32_t j = 0; j < t.n_mentors; j++) (*capacity)[graph.arc(arc++)] = (int)t.capacity[j];
  }
  static int64_t waiting(const instance &t) { return (int64_t)(t.n_mentors + 2) * (MOST_SCORE + 1); }
};

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  instance t = instance_make(argv[1], (uint32_t)atol(argv[2]), (uint32_t)atol(argv[3]), (uint64_t)atol(argv[4]));
  Network net(t);
  int64_t waiting = Network::waiting(t);
  int n_people = (int)t.n_people;
  instance_free(&t);
  double begin = instance_cpu_s();
  Graph::NodeMap<int> supply(net.graph, 0);
  for (int i = 0; i < n_people; i++) supply[net.graph.node(i)] = 1;
  supply[net.graph.node(net.end)] = -n_people;
  Simplex simplex(net.graph);
  simplex.upperMap(*net.capacity).costMap(*net.cost).supplyMap(supply);
  bool found = simplex.run() == Simplex::OPTIMAL;
  double seconds = instance_cpu_s() - begin;
  int64_t n_waiting = 0, cost = simplex.totalCost<int64_t>();
  for (int a = 0; a < net.graph.arcNum(); a++)
    if ((*net.cost)[net.graph.arc(a)] == waiting) n_waiting += simplex.flow(net.graph.arc(a));
  printf("seconds %.6f\nserved %ld\nscore %ld\nmemory_mb %.1f\n", seconds, (long)(n_people - n_waiting),
         (long)(n_waiting * waiting - cost), instance_peak_mb());
  return !found;
}
